// A long press of a finger asks for the menu. Moving or a second finger ends it, so scrolling stays scrolling.
import type { Attachment } from 'svelte/attachments';

const hold_ms = 450;
const slack_px = 10;

/** Calls `onpress` with the place of the finger. The click and the browser's own menu that would follow are dropped. */
export function longPress(onpress: (at: { x: number; y: number }) => void): Attachment<HTMLElement> {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from = { x: 0, y: 0 };
    const cancel = (): void => {
      clearTimeout(timer);
      timer = undefined;
    };
    const onDown = (event: PointerEvent): void => {
      cancel();
      if (event.pointerType === 'mouse' || !event.isPrimary || (event.target as Element).closest('a, button')) return;
      from = { x: event.clientX, y: event.clientY };
      timer = setTimeout(() => {
        timer = undefined;
        navigator.vibrate?.(10);
        addEventListener('click', (click) => click.preventDefault(), { capture: true, once: true });
        onpress(from);
      }, hold_ms);
    };
    const onMove = (event: PointerEvent): void => {
      if (timer !== undefined && Math.hypot(event.clientX - from.x, event.clientY - from.y) > slack_px) cancel();
    };
    const onContext = (event: MouseEvent): void => {
      if ((event as PointerEvent).pointerType === 'touch') event.preventDefault();
    };
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', cancel);
    element.addEventListener('pointercancel', cancel);
    element.addEventListener('contextmenu', onContext);
    return () => {
      cancel();
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', cancel);
      element.removeEventListener('pointercancel', cancel);
      element.removeEventListener('contextmenu', onContext);
    };
  };
}

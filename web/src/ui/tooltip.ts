// A tooltip after 500 ms of hovering or keyboard focus. One element serves the whole page; it lives in the top layer, so nothing clips it.
import type { Attachment } from 'svelte/attachments';

const delay_ms = 500;
let bubble: HTMLElement | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

function hide(): void {
  clearTimeout(timer);
  if (bubble?.isConnected) bubble.hidePopover();
}

function show(target: HTMLElement, text: string, keys: string | undefined): void {
  if (!target.isConnected) return;
  if (!bubble) {
    bubble = document.createElement('div');
    bubble.popover = 'manual';
    bubble.className = 'tooltip';
    bubble.setAttribute('aria-hidden', 'true');
  }
  // A modal dialog makes everything outside it inert and below it: the bubble has to live inside.
  (target.closest('dialog[open]') ?? document.body).append(bubble);
  bubble.replaceChildren(text);
  if (keys) {
    const kbd = document.createElement('kbd');
    kbd.textContent = keys;
    bubble.append(kbd);
  }
  bubble.showPopover();
  const at = target.getBoundingClientRect();
  const own = bubble.getBoundingClientRect();
  const below = at.bottom + 6 + own.height <= innerHeight;
  bubble.style.left = `${Math.max(6, Math.min(innerWidth - own.width - 6, at.left + at.width / 2 - own.width / 2))}px`;
  bubble.style.top = `${below ? at.bottom + 6 : at.top - own.height - 6}px`;
}

/** Shows `text` beside the element; `keys` names its shortcut. The element must carry its name itself. */
export function tooltip(text: string, keys?: string): Attachment<HTMLElement> {
  return (element) => {
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => show(element, text, keys), delay_ms);
    };
    const onPointer = (event: PointerEvent): void => {
      if (event.pointerType === 'mouse') soon();
    };
    const onFocus = (): void => {
      if (element.matches(':focus-visible')) soon();
    };
    element.addEventListener('pointerenter', onPointer);
    element.addEventListener('pointerleave', hide);
    element.addEventListener('pointerdown', hide);
    element.addEventListener('focus', onFocus);
    element.addEventListener('blur', hide);
    return () => {
      hide();
      element.removeEventListener('pointerenter', onPointer);
      element.removeEventListener('pointerleave', hide);
      element.removeEventListener('pointerdown', hide);
      element.removeEventListener('focus', onFocus);
      element.removeEventListener('blur', hide);
    };
  };
}

// Roving focus: a list, menu or toolbar is one stop of the Tab key; arrows, Home and End move inside.
import type { Attachment } from 'svelte/attachments';

interface RovingOptions {
  /** Which descendants take part, e.g. `a, button`. */
  selector: string;
  /** Which arrows move. */
  axis?: 'vertical' | 'horizontal';
  /** True if the ends are joined. */
  wrap?: boolean;
}

function isShown(element: HTMLElement): boolean {
  return element.getClientRects().length > 0 && !element.hasAttribute('disabled');
}

/** Makes the element's matching descendants one tab stop with arrow keys between them. */
export function roving({ selector, axis = 'vertical', wrap = false }: RovingOptions): Attachment<HTMLElement> {
  return (root) => {
    const items = (): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(selector)].filter(isShown);

    const settle = (): void => {
      const all = [...root.querySelectorAll<HTMLElement>(selector)];
      const chosen = all.find((item) => item.tabIndex === 0 && isShown(item)) ?? all.find((item) => item.getAttribute('aria-current')) ?? all[0];
      for (const item of all) item.tabIndex = item === chosen ? 0 : -1;
    };

    const onFocus = (event: FocusEvent): void => {
      const target = (event.target as HTMLElement).closest<HTMLElement>(selector);
      if (!target || !root.contains(target)) return;
      for (const item of root.querySelectorAll<HTMLElement>(selector)) item.tabIndex = item === target ? 0 : -1;
    };

    const onKey = (event: KeyboardEvent): void => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const mirrored = axis === 'horizontal' && getComputedStyle(root).direction === 'rtl';
      const forward = axis === 'vertical' ? 'ArrowDown' : mirrored ? 'ArrowLeft' : 'ArrowRight';
      const back = axis === 'vertical' ? 'ArrowUp' : mirrored ? 'ArrowRight' : 'ArrowLeft';
      if (![forward, back, 'Home', 'End'].includes(event.key)) return;
      if (event.target instanceof HTMLInputElement) return;
      const all = items();
      const at = all.indexOf((event.target as HTMLElement).closest<HTMLElement>(selector) as HTMLElement);
      let next = event.key === 'Home' ? 0 : event.key === 'End' ? all.length - 1 : at + (event.key === forward ? 1 : -1);
      if (wrap) next = (next + all.length) % all.length;
      const target = all[Math.max(0, Math.min(all.length - 1, next))];
      if (!target) return;
      event.preventDefault();
      target.focus();
    };

    settle();
    const observer = new MutationObserver(settle);
    observer.observe(root, { childList: true, subtree: true });
    root.addEventListener('focusin', onFocus);
    root.addEventListener('keydown', onKey);
    return () => {
      observer.disconnect();
      root.removeEventListener('focusin', onFocus);
      root.removeEventListener('keydown', onKey);
    };
  };
}

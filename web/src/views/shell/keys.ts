// Names of keys as this machine's keyboard has them, and questions about where a key event goes.

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** `Ctrl K`, or `⌘ K` on a Mac. Parts: `mod`, `alt`, `shift`, or a key. */
export function keyName(...parts: string[]): string {
  const names: Record<string, string> = isMac ? { mod: '⌘', alt: '⌥', shift: '⇧' } : { mod: 'Ctrl', alt: 'Alt', shift: 'Shift' };
  return parts.map((part) => names[part] ?? part).join(' ');
}

/** True if the key goes into something people type in. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)));
}

/** True if a menu or dialog is open: Esc belongs to it. */
export function somethingFloats(): boolean {
  return document.querySelector('dialog[open], [popover="auto"]:popover-open') !== null;
}

/** The platform's main modifier. */
export function hasMod(event: KeyboardEvent): boolean {
  return isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}

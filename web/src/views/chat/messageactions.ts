// What can be done with a message, and how the keyboard walks from one to the next.
import { tick } from 'svelte';
import { addressOf } from '../../router/routes';
import { t } from '../../i18n';
import type { MessageView, TimelineRow } from '../../state/types';
import { toasts } from '../../ui/toasts.svelte';
import type { MenuAnchor } from '../../ui/place';
import { toClipboard } from '../clipboard';

export interface MenuRequest {
  message: MessageView;
  anchor: MenuAnchor;
}

export interface MessageActions {
  reply(message: MessageView): void;
  edit(message: MessageView): void;
  remove(message: MessageView): void;
  retry(message: MessageView): void;
  jump(seq: number): void;
  openMenu(request: MenuRequest): void;
  copyText(message: MessageView): void;
  copyLink(message: MessageView): void;
}

async function copy(text: string, done: string): Promise<void> {
  await toClipboard(text);
  toasts.show({ text: done });
}

export function copyText(message: MessageView): Promise<void> {
  return copy(message.text, t.get()('message.textCopied'));
}

export function copyLink(message: MessageView): Promise<void> {
  const address = addressOf({ page: 'room', roomId: message.roomId, ...(message.seq === undefined ? {} : { seq: message.seq }) });
  return copy(location.origin + address, t.get()('message.linkCopied'));
}

/** ↑ and ↓ in the list focus the message above or below; from the list itself ↑ begins with the newest one. */
export function walkMessages(event: KeyboardEvent, rows: readonly TimelineRow[], show: (key: string) => void): void {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const container = event.currentTarget as HTMLElement;
  const current = (event.target as HTMLElement).closest<HTMLElement>('[data-message]')?.dataset['message'];
  const step = event.key === 'ArrowUp' ? -1 : 1;
  let index = current === undefined ? (step < 0 ? rows.length : rows.length - 1) : rows.findIndex((row) => row.key === current);
  do index += step;
  while (rows[index] !== undefined && rows[index]?.kind !== 'message');
  const row = rows[index];
  if (!row) return;
  event.preventDefault();
  show(row.key);
  void tick().then(() => container.querySelector<HTMLElement>(`[data-message="${CSS.escape(row.key)}"]`)?.focus({ preventScroll: true }));
}

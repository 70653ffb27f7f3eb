// What an intent could not do without anybody waiting for it becomes a toast.
import { t, type MessageKey } from '../../i18n';
import type { AppModel, Trouble } from '../../state/types';
import { toasts } from '../../ui/toasts.svelte';
import { errorText } from '../errors';

const titles = { edit: 'trouble.edit', preference: 'trouble.preference', 'mark-read': 'trouble.markRead', storage: 'trouble.storage' } as const satisfies Record<Trouble['what'], MessageKey>;

/** Shows troubles as they come; the result ends it. */
export function followTrouble(app: AppModel): () => void {
  return app.notices.onTrouble(({ what, error }) => showError(error, t.get()(titles[what])));
}

/** Says what went wrong, and that nothing else did. */
export function showError(error: unknown, title?: string): void {
  const text = errorText(t.get(), error);
  toasts.show({ kind: 'error', text: title ?? text, detail: title ? text : undefined });
}

/** Runs a promise whose failure is worth a toast and no more. */
export async function orShowError(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}

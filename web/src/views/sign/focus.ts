// After a failed check the first wrong field gets the focus.
import { tick } from 'svelte';

/** Focuses the first invalid control inside `form`, once it is drawn. */
export async function focusFirstError(form: HTMLElement | null): Promise<void> {
  await tick();
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

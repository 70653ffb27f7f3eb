// Putting text at the caret of a field, so that undo still works.

/** Replaces the selection, or inserts at the caret, with a space before if the text before does not end in one and `spaced`. */
export function insertAtCaret(field: HTMLTextAreaElement, text: string, spaced = false): void {
  field.focus();
  const before = field.value.slice(0, field.selectionStart);
  const lead = spaced && before !== '' && !/\s$/.test(before) ? ' ' : '';
  replaceRange(field, field.selectionStart, field.selectionEnd, lead + text);
}

/** Replaces a part of the text; the caret stands after it. */
export function replaceRange(field: HTMLTextAreaElement, start: number, end: number, text: string): void {
  field.focus();
  field.setSelectionRange(start, end);
  // The old command is the only way that keeps the browser's undo; where it is gone, undo of this step is lost.
  if (!document.execCommand('insertText', false, text)) {
    field.setRangeText(text, start, end, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

// One line of plain text from a message's Markdown, for lists, answers and notifications.

/** Longer previews are cut by the layout anyway. */
const maxCharacters = 160;

/** The text's first words without Markdown signs, on one line. */
export function previewOf(text: string): string {
  return text
    .slice(0, maxCharacters * 4)
    .replace(/^\s*```[^\n]*$/gm, '')
    .replace(/^\s*(?:>\s?|[-*+]\s+|\d+[.)]\s+|#{1,6}\s+)+/gm, '')
    .replace(/\[([^\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*\)/g, '$1')
    .replace(/(\*\*|__|~~|`+)(?=\S)([^\n]*?\S)\1/g, '$2')
    .replace(/(^|[\s(])([*_])(?=\S)([^\n]*?\S)\2(?=$|[\s).,;:!?])/g, '$1$3')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxCharacters);
}

// Makes a card of a code block: its language, a Copy button, colours. The colours load when the first block is seen.
import { toClipboard } from '../clipboard';

interface CodeWords {
  copy: string;
  copied: string;
}

const kinds = { key: 'tk-k', string: 'tk-s', number: 'tk-n', call: 'tk-f', comment: 'tk-r' } as const;
const longest = 20_000;

async function colour(code: HTMLElement, language: string): Promise<void> {
  const text = code.textContent ?? '';
  if (language === '' || text.length > longest) return;
  const { highlight } = await import('./highlight');
  if (!code.isConnected) return;
  code.replaceChildren(
    ...highlight(text, language).map((token) => {
      if (token.kind === 'plain') return token.text;
      const span = document.createElement('span');
      span.className = kinds[token.kind];
      span.textContent = token.text;
      return span;
    }),
  );
}

/** Puts the card in the place of `pre`, which holds one `code`. */
export function makeCodeCard(pre: HTMLPreElement, language: string, words: CodeWords): void {
  const code = pre.querySelector('code') ?? pre;
  const card = document.createElement('div');
  card.className = 'code';
  card.dir = 'ltr';
  const head = document.createElement('div');
  head.className = 'code-head';
  const name = document.createElement('span');
  name.textContent = language;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'code-copy';
  button.textContent = words.copy;
  button.addEventListener('click', () => {
    void toClipboard(code.textContent ?? '').then(() => {
      button.textContent = words.copied;
      setTimeout(() => (button.textContent = words.copy), 1500);
    });
  });
  head.append(name, button);
  pre.replaceWith(card);
  // A wide block scrolls by itself, so the keyboard must reach it.
  pre.tabIndex = 0;
  card.append(head, pre);
  void colour(code as HTMLElement, language);
}

import { expect, it } from 'vitest';
import { previewOf } from './preview';

it.each([
  ['**bold** and _italic_ and ~~gone~~ `code`', 'bold and italic and gone code'],
  ['[a link](https://a.example/b_(c)) here', 'a link here'],
  ['> quoted\n\n- item\n- other', 'quoted item other'],
  ['```ts\nlet a;\n```', 'let a;'],
  ['snake_case_name stays, 2 * 3 * 4 too', 'snake_case_name stays, 2 * 3 * 4 too'],
  ['  \n ', ''],
])('says %j on one line without signs', (text, preview) => {
  expect(previewOf(text)).toBe(preview);
});

it('is short and fast whatever it gets', () => {
  expect(previewOf('a'.repeat(100_000)).length).toBeLessThanOrEqual(160);
  expect(previewOf('*'.repeat(100_000)).length).toBeLessThanOrEqual(160);
  expect(previewOf('['.repeat(100_000)).length).toBeLessThanOrEqual(160);
});

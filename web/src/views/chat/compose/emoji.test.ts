import { describe, expect, it } from 'vitest';
import { emojiGroups, findEmoji, loadEmoji } from './emoji';

describe('emoji', () => {
  it('finds by name before tag, in the language', async () => {
    const english = await loadEmoji('en');
    expect(findEmoji(english, 'thumbs', 5).map((emoji) => emoji.text)).toContain('👍️');
    expect(findEmoji(english, 'party pop', 3)[0]?.text).toBe('🎉');
    const german = await loadEmoji('de');
    expect(findEmoji(german, 'herz', 50).some((emoji) => emoji.text.startsWith('❤'))).toBe(true);
  });

  it('has something in every group and no bare skin tones', async () => {
    const all = await loadEmoji('en');
    for (const group of emojiGroups) expect(all.filter((emoji) => emoji.group === group).length).toBeGreaterThan(20);
    expect(all.every((emoji) => emojiGroups.some((group) => group === emoji.group))).toBe(true);
  });

  it('finds nothing for nonsense', async () => {
    expect(findEmoji(await loadEmoji('en'), 'xyzzy', 5)).toEqual([]);
  });
});

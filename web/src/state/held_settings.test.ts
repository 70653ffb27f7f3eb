import { describe, expect, it } from 'vitest';
import type { KeyValueStore } from './environment';
import { HeldSettings } from './held_settings';
import { mapKeys } from './testing';

const never = (): Promise<void> => new Promise(() => undefined);
const draft = (value: string, key = 'draft:r') => ({ key, value, pending: true });

function setUp(): { keys: KeyValueStore; held: HeldSettings } {
  const keys = mapKeys(new Map());
  return { keys, held: new HeldSettings(keys, 'me') };
}

describe('held settings', () => {
  it('are there at once while the database is still writing', () => {
    const { keys, held } = setUp();
    void held.through(draft('half a'), never);
    expect(new HeldSettings(keys, 'me').all()).toEqual([{ key: 'draft:r', value: 'half a' }]);
  });

  it('go when the database has them, but never a newer value', async () => {
    const { held } = setUp();
    let finish = (): void => undefined;
    const first = held.through(draft('h'), () => new Promise((resolve) => (finish = resolve)));
    void held.through(draft('he'), never);
    finish();
    await first;
    expect(held.all()).toEqual([{ key: 'draft:r', value: 'he' }]);
    await held.through(draft('he'), () => Promise.resolve());
    expect(held.all()).toEqual([]);
  });

  it('hold that a draft was sent, so that it does not come back', () => {
    const { held } = setUp();
    void held.through(draft('hello'), never);
    void held.through(draft(''), never);
    expect(held.all()).toEqual([{ key: 'draft:r', value: '' }]);
  });

  it('stay few and small', () => {
    const { held } = setUp();
    for (let room = 0; room < 17; room += 1) void held.through(draft('x', `draft:${room}`), never);
    expect(held.all()).toHaveLength(16);
    void held.through(draft('x'.repeat(64 * 1024), 'draft:1'), never);
    expect(held.all()).toHaveLength(16);
    void held.through(draft('x'.repeat(64 * 1024 + 1), 'draft:1'), never);
    expect(held.all()).toHaveLength(15);
  });

  it('belong to one account and are forgotten when it signs out', () => {
    const { keys, held } = setUp();
    const other = new HeldSettings(keys, 'me2');
    void held.through(draft('mine'), never);
    void other.through(draft('theirs'), never);
    held.clear();
    void held.through(draft('late'), never);
    expect(held.all()).toEqual([]);
    expect(other.all()).toHaveLength(1);
  });
});

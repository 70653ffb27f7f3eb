import { describe, expect, it } from 'vitest';
import { ManualClock } from '../base/manual_clock';
import { TypingMine, TypingOthers } from './typing';

describe('who is writing', () => {
  it('fades after six seconds without news', async () => {
    const clock = new ManualClock();
    const typing = new TypingOthers(clock);
    typing.handleTyping('r', 'ada', true);
    await clock.advance(4_000);
    typing.handleTyping('r', 'ada', true);
    await clock.advance(5_999);
    expect(typing.writers('r').get()).toEqual(['ada']);
    await clock.advance(1);
    expect(typing.writers('r').get()).toEqual([]);
  });

  it('ends when they stop, and lists at most twenty', () => {
    const typing = new TypingOthers(new ManualClock());
    for (let index = 0; index < 30; index += 1) typing.handleTyping('r', `u${index}`, true);
    expect(typing.writers('r').get()).toHaveLength(20);
    typing.handleTyping('r', 'u0', false);
    expect(typing.writers('r').get()).toHaveLength(19);
  });
});

describe('my writing', () => {
  it('is told at once, every four seconds, and when it ends', async () => {
    const clock = new ManualClock();
    const told: string[] = [];
    const typing = new TypingMine(clock, (isTyping) => told.push(`${isTyping ? 'writing' : 'stopped'} at ${clock.now() - start}`));
    const start = clock.now();
    for (let second = 0; second < 6; second += 1) {
      typing.handleInput();
      await clock.advance(1_000);
    }
    await clock.advance(10_000);
    expect(told).toEqual(['writing at 0', 'writing at 4000', 'stopped at 10000']);
  });

  it('says nothing more when the message itself says it', () => {
    const told: boolean[] = [];
    const typing = new TypingMine(new ManualClock(), (isTyping) => told.push(isTyping));
    typing.handleInput();
    typing.stop(true);
    expect(told).toEqual([true]);
  });
});

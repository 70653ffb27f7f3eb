// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SeenTracker } from './seen';

describe('SeenTracker', () => {
  const told: number[] = [];
  let tracker: SeenTracker;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(document, 'hasFocus').mockReturnValue(true);
    told.length = 0;
    tracker = new SeenTracker((seq) => told.push(seq));
  });

  afterEach(() => {
    tracker.stop();
    vi.useRealTimers();
  });

  it('tells after a second, once', () => {
    tracker.inView(7);
    vi.advanceTimersByTime(999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(2000);
    expect(told).toEqual([7]);
  });

  it('does not count what was scrolled away within the second', () => {
    tracker.inView(9);
    vi.advanceTimersByTime(500);
    tracker.inView(3);
    vi.advanceTimersByTime(600);
    expect(told).toEqual([3]);
  });

  it('goes on with what came meanwhile', () => {
    tracker.inView(1);
    vi.advanceTimersByTime(500);
    tracker.inView(2);
    vi.advanceTimersByTime(2000);
    expect(told).toEqual([1, 2]);
  });

  it('waits for the window to come to the front', () => {
    vi.mocked(document.hasFocus).mockReturnValue(false);
    tracker.inView(5);
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([]);
    vi.mocked(document.hasFocus).mockReturnValue(true);
    dispatchEvent(new Event('focus'));
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([5]);
  });
});

import { describe, expect, it } from 'vitest';
import { batch, derived, signal } from './signal';

describe('a signal', () => {
  it('tells its value at once and after each change, until the subscription ends', () => {
    const heard: number[] = [];
    const count = signal(1);
    const stop = count.subscribe((value) => heard.push(value));
    count.set(2);
    count.set(2);
    stop();
    count.set(3);
    expect(heard).toEqual([1, 2]);
  });

  it('tells once for a batch, with the last value', () => {
    const heard: number[] = [];
    const count = signal(0);
    count.subscribe((value) => heard.push(value));
    batch(() => {
      count.set(1);
      count.set(2);
    });
    expect(heard).toEqual([0, 2]);
  });

  it('says nothing when a batch ends where it began', () => {
    const heard: number[] = [];
    const count = signal(0);
    count.subscribe((value) => heard.push(value));
    batch(() => {
      count.set(1);
      count.set(0);
    });
    expect(heard).toEqual([0]);
  });
});

describe('a derived signal', () => {
  it('is never seen between two changes of one batch', () => {
    const heard: string[] = [];
    const first = signal('a');
    const last = signal('b');
    const name = derived([first, last], (left, right) => left + right);
    const loud = derived([name, first], (text, left) => `${text}${left}!`);
    loud.subscribe((value) => heard.push(value));
    batch(() => {
      first.set('x');
      last.set('y');
    });
    expect(heard).toEqual(['aba!', 'xyx!']);
  });

  it('computes once per change while observed, and is right while not', () => {
    let runs = 0;
    const count = signal(1);
    const double = derived([count], (value) => {
      runs += 1;
      return value * 2;
    });
    count.set(2);
    expect(double.get()).toBe(4);
    const stop = double.subscribe(() => undefined);
    runs = 0;
    count.set(3);
    double.get();
    double.get();
    expect(runs).toBe(1);
    stop();
    count.set(4);
    expect(double.get()).toBe(8);
  });

  it('keeps its value when the new one is equal', () => {
    const numbers = signal([1, 2]);
    const even = derived([numbers], (list) => list.filter((value) => value % 2 === 0), (left, right) => left.length === right.length);
    const before = even.get();
    numbers.set([2, 3]);
    expect(even.get()).toBe(before);
  });

  it('hears a signal that only obeys the store contract', () => {
    const inner = signal(1);
    const outer = derived([{ get: () => inner.get(), subscribe: (listener: (value: number) => void) => inner.subscribe(listener) }], (value) => value + 1);
    const heard: number[] = [];
    outer.subscribe((value) => heard.push(value));
    inner.set(5);
    expect(heard).toEqual([2, 6]);
  });
});

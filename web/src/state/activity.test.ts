import { expect, it } from 'vitest';
import { ManualClock } from '../base/manual_clock';
import { Activity } from './activity';

function setUp() {
  const clock = new ManualClock();
  const told: string[] = [];
  return { clock, told, activity: new Activity(clock, true, (state) => told.push(state)) };
}

it('is away after five minutes without input, and back with the first', async () => {
  const { clock, told, activity } = setUp();
  await clock.advance(299_999);
  expect(told).toEqual([]);
  await clock.advance(1);
  activity.handleInput();
  expect(told).toEqual(['away', 'online']);
});

it('is away after a minute in a hidden window, not after a glance elsewhere', async () => {
  const { clock, told, activity } = setUp();
  activity.handleVisibility(false);
  await clock.advance(59_000);
  activity.handleVisibility(true);
  expect(told).toEqual([]);
  activity.handleVisibility(false);
  await clock.advance(60_000);
  expect(told).toEqual(['away']);
});

it('stays away while the user chose so, whatever is typed', () => {
  const { told, activity } = setUp();
  activity.setAway(true);
  activity.handleInput();
  expect(activity.state).toBe('away');
  activity.setAway(false);
  expect(told).toEqual(['away', 'online']);
});

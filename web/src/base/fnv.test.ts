import { expect, it } from 'vitest';
import { fnv1a64 } from './fnv';

it('hashes as the reference vectors of the draft say', () => {
  expect(fnv1a64('')).toBe('cbf29ce484222325');
  expect(fnv1a64('a')).toBe('af63dc4c8601ec8c');
  expect(fnv1a64('foobar')).toBe('85944171f73967e8');
});

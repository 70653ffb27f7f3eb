import { expect, it } from 'vitest';
import type { Api } from '../api/client';
import { PortProtocol, PortState } from '../api/gen/kith/v1/admin_pb';
import { signal } from '../base/signal';
import { Administration } from './administration';
import type { Person, ServerInfo } from './types';

function administrationOf(api: object, role: Person['role'] = 'owner'): Administration {
  return new Administration(api as Api, signal({} as ServerInfo), signal<Person | undefined>({ role } as Person));
}

it('is for owner and admins', () => {
  expect((['owner', 'admin', 'user'] as const).map((role) => administrationOf({}, role).allowed.get())).toEqual([true, true, false]);
});

it('tells of each port of calls whether it answers, and takes a state it does not know for none', async () => {
  const wire = { address: '192.0.2.1', port: 7882, protocol: PortProtocol.UDP, state: PortState.OPEN, answeredInUs: 449, local: false };
  const ports = [wire, { ...wire, port: 7881, protocol: PortProtocol.TCP, state: PortState.BLOCKED, answeredInUs: 0 }, { ...wire, state: 99 as PortState }];
  const found = await administrationOf({ admin: { checkCallPorts: () => Promise.resolve({ ports }) } }).checkCallPorts();
  expect(found.map(({ port, protocol, state, answeredInMs }) => [port, protocol, state, answeredInMs])).toEqual([
    [7882, 'udp', 'open', 0.4],
    [7881, 'tcp', 'blocked', 0],
    [7882, 'udp', 'unreachable', 0.4],
  ]);
});

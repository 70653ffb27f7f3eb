// Server administration for owner and admins.

import type { Api } from '../api/client';
import { PortProtocol, PortState } from '../api/gen/kith/v1/admin_pb';
import { RegistrationPolicy } from '../api/gen/kith/v1/auth_pb';
import { derived, type Signal, type WritableSignal } from '../base/signal';
import { serverOf, timeOf } from './from_wire';
import type { AdministrationModel, CallPort, Person, ServerInfo } from './types';

const policies: Readonly<Record<ServerInfo['registration'], RegistrationPolicy>> = {
  open: RegistrationPolicy.OPEN,
  invitation: RegistrationPolicy.INVITATION,
  closed: RegistrationPolicy.CLOSED,
};

const portStates: Readonly<Record<PortState, CallPort['state']>> = {
  [PortState.UNSPECIFIED]: 'unreachable',
  [PortState.OPEN]: 'open',
  [PortState.BLOCKED]: 'blocked',
  [PortState.CLOSED]: 'closed',
  [PortState.UNREACHABLE]: 'unreachable',
  [PortState.TAKEN]: 'taken',
};

export class Administration implements AdministrationModel {
  readonly allowed: Signal<boolean>;
  readonly #api: Api;
  readonly #server: WritableSignal<ServerInfo>;

  constructor(api: Api, server: WritableSignal<ServerInfo>, me: Signal<Person | undefined>) {
    this.#api = api;
    this.#server = server;
    this.allowed = derived([me], (person) => person?.role === 'owner' || person?.role === 'admin');
  }

  async updateServer(change: { name?: string; registration?: ServerInfo['registration'] }): Promise<void> {
    const answer = await this.#api.auth.updateServer({
      ...(change.name !== undefined && { name: change.name }),
      ...(change.registration !== undefined && { registration: policies[change.registration] }),
    });
    if (answer.server) this.#server.set(serverOf(answer.server));
  }

  async createInvitation(input: { uses?: number; validHours?: number }): Promise<{ token: string; expiresAt: number }> {
    const answer = await this.#api.auth.createInvitation(input);
    return { token: answer.token, expiresAt: timeOf(answer.expiresAt) };
  }

  async checkCallPorts(): Promise<readonly CallPort[]> {
    const { ports } = await this.#api.admin.checkCallPorts({});
    return ports.map((port) => ({
      address: port.address,
      port: port.port,
      protocol: port.protocol === PortProtocol.TCP ? 'tcp' : 'udp',
      state: portStates[port.state] ?? 'unreachable',
      answeredInMs: Math.round(port.answeredInUs / 100) / 10,
      local: port.local,
    }));
  }
}

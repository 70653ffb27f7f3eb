// Server administration for owner and admins.

import type { Api } from '../api/client';
import { RegistrationPolicy } from '../api/gen/kith/v1/auth_pb';
import { derived, type Signal, type WritableSignal } from '../base/signal';
import { serverOf, timeOf } from './from_wire';
import type { AdministrationModel, Person, ServerInfo } from './types';

const policies: Readonly<Record<ServerInfo['registration'], RegistrationPolicy>> = {
  open: RegistrationPolicy.OPEN,
  invitation: RegistrationPolicy.INVITATION,
  closed: RegistrationPolicy.CLOSED,
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
}

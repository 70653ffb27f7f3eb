// The fields of a new account and what is wrong with them: shared by the first start and by registering.
import { t } from '../../i18n';
import type { AppModel } from '../../state/types';
import { concernsField, errorText, hasReason } from '../errors';

/** A short name from what people call themselves: `Sanna Quist` → `sanna.quist`. */
export function usernameFrom(displayName: string): string {
  return displayName
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^a-z0-9._-]+/g, '.')
    .replace(/^[.\-_]+|[.\-_]+$/g, '')
    .slice(0, 32);
}

export type AccountField = 'serverName' | 'displayName' | 'username' | 'password';

export class AccountForm {
  serverName = $state('');
  displayName = $state('');
  password = $state('');
  busy = $state(false);
  errors = $state<Partial<Record<AccountField | 'form', string>>>({});
  #typedUsername = $state<string>();

  constructor(
    private readonly app: AppModel,
    private readonly options: { invitation?: string; asksServerName: boolean },
  ) {}

  /** Follows the name until it is typed into. */
  get username(): string {
    return this.#typedUsername ?? usernameFrom(this.displayName);
  }
  set username(value: string) {
    if (value !== this.username) this.#typedUsername = value.toLowerCase();
  }

  check(): boolean {
    const say = t.get();
    const min = this.app.server.get().limits.passwordCharactersMin;
    const errors: typeof this.errors = {};
    if (this.options.asksServerName && !this.serverName.trim()) errors.serverName = say('error.required');
    if (!this.displayName.trim()) errors.displayName = say('error.required');
    if (!/^[a-z0-9._-]{2,32}$/.test(this.username.trim())) errors.username = say(this.username.trim() ? 'error.nameForm' : 'error.required');
    if ([...this.password].length < min) errors.password = say('error.passwordShort', { n: min });
    this.errors = errors;
    return Object.keys(errors).length === 0;
  }

  /** Makes the account. Answers with the room to open, or undefined if something has to be put right first. */
  async submit(): Promise<string | undefined> {
    if (this.busy || !this.check()) return undefined;
    this.busy = true;
    try {
      const { welcomeRoomId } = await this.app.session.register({
        username: this.username.trim(),
        password: this.password,
        displayName: this.displayName.trim(),
        ...(this.options.invitation ? { invitation: this.options.invitation } : {}),
        ...(this.options.asksServerName ? { serverName: this.serverName.trim() } : {}),
      });
      return welcomeRoomId;
    } catch (error) {
      const text = errorText(t.get(), error);
      if (hasReason(error, 'name-taken') || concernsField(error, 'username')) this.errors = { username: hasReason(error, 'name-taken') ? text : t.get()('error.nameForm') };
      else if (concernsField(error, 'password')) this.errors = { password: text };
      else if (concernsField(error, 'display_name')) this.errors = { displayName: text };
      else if (concernsField(error, 'server_name')) this.errors = { serverName: text };
      else this.errors = { form: text };
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}

// The list above the composer while `@name` or `:word` is being typed.
import { language } from '../../../i18n';
import type { MembersModel, Person } from '../../../state/types';
import { complete, completionAt, matchRank, type CompletionQuery } from './completion';
import { findEmoji, loadEmoji, type Emoji } from './emoji';

export type Suggestion = { kind: 'person'; key: string; person: Person; insert: string } | { kind: 'everybody'; key: string; insert: string } | { kind: 'emoji'; key: string; emoji: Emoji; insert: string };

const most = 8;

export class Completions {
  query = $state.raw<CompletionQuery>();
  list = $state.raw<readonly Suggestion[]>([]);
  chosen = $state(0);
  /** The word the user closed the list for; it stays closed until another word begins. */
  #dismissedAt = -1;

  constructor(
    private readonly members: MembersModel,
    private readonly options: { everybody: string; offersEverybody: () => boolean },
  ) {}

  get isOpen(): boolean {
    return this.list.length > 0;
  }

  /** The text or the caret changed. */
  update(text: string, caret: number): void {
    const query = completionAt(text, caret);
    if (query?.start !== this.#dismissedAt) this.#dismissedAt = -1;
    if (!query || this.#dismissedAt >= 0) {
      this.#show(undefined, []);
    } else if (query.kind === 'mention') {
      this.#show(query, this.#people(query.query));
    } else {
      this.query = query;
      void loadEmoji(language.get()).then((all) => {
        if (this.query !== query) return;
        this.#show(query, findEmoji(all, query.query, most).map((emoji) => ({ kind: 'emoji', key: emoji.text, emoji, insert: emoji.text })));
      });
    }
  }

  move(step: 1 | -1): void {
    this.chosen = (this.chosen + step + this.list.length) % this.list.length;
  }

  dismiss(): void {
    this.#dismissedAt = this.query?.start ?? -1;
    this.#show(undefined, []);
  }

  /** What the text becomes with a suggestion: which part is replaced by what. */
  take(suggestion: Suggestion, text: string): { start: number; end: number; insert: string } | undefined {
    const { query } = this;
    if (!query) return undefined;
    const { text: next, caret } = complete(text, query, suggestion.insert);
    this.#show(undefined, []);
    return { start: query.start, end: query.end, insert: next.slice(query.start, caret) };
  }

  #people(prefix: string): Suggestion[] {
    const people: Suggestion[] = this.members.mentionCandidates(prefix).slice(0, most).map((person) => ({ kind: 'person', key: person.id, person, insert: `@${person.username}` }));
    const offers = this.options.offersEverybody() && (matchRank('all', prefix) !== undefined || matchRank(this.options.everybody, prefix) !== undefined);
    return offers ? [...people.slice(0, most - 1), { kind: 'everybody', key: 'all', insert: '@all' }] : people;
  }

  #show(query: CompletionQuery | undefined, list: readonly Suggestion[]): void {
    this.query = query;
    this.list = list;
    this.chosen = 0;
  }
}

// The people of the server, page by page, as one types. The last answer wins, whatever order answers come in.
import type { KithError, PeopleModel, Person } from '../../state/types';

const pause_ms = 120;

export class Directory {
  people = $state.raw<readonly Person[]>([]);
  loading = $state(false);
  error = $state.raw<unknown>();
  query = $state('');
  #cursor = $state('');
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly model: PeopleModel) {
    void this.#load('', '');
  }

  get hasMore(): boolean {
    return this.#cursor !== '';
  }

  setQuery(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(query.trim(), ''), pause_ms);
  }

  loadMore(): void {
    if (this.hasMore && !this.loading) void this.#load(this.query.trim(), this.#cursor);
  }

  async #load(query: string, cursor: string): Promise<void> {
    const asked = ++this.#asked;
    this.loading = true;
    try {
      const page = await (cursor ? this.model.list(query, cursor) : this.model.list(query));
      if (asked !== this.#asked) return;
      this.people = cursor ? [...this.people, ...page.items] : page.items;
      this.#cursor = page.nextCursor;
      this.error = undefined;
    } catch (error) {
      if (asked === this.#asked) this.error = error as KithError;
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }
}

// IndexedDB with promises: as much as the account's store needs, in one screen. A transaction stays open while its own requests
// are awaited; awaiting anything else inside ends it.

/** The tables of a database: primary key path, whether it counts by itself, unique indexes. */
export type Schema = Readonly<Record<string, { readonly key: string | readonly string[]; readonly auto?: boolean; readonly unique?: readonly string[] }>>;

/** The answer to one request. */
function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** One table inside a transaction. */
export class TableAccess<Row> {
  readonly #store: IDBObjectStore;

  constructor(store: IDBObjectStore) {
    this.#store = store;
  }

  get(key: IDBValidKey): Promise<Row | undefined> {
    return answered<Row | undefined>(this.#store.get(key));
  }

  /** By a unique index. */
  getBy(index: string, key: IDBValidKey): Promise<Row | undefined> {
    return answered<Row | undefined>(this.#store.index(index).get(key));
  }

  all(): Promise<Row[]> {
    return answered<Row[]>(this.#store.getAll());
  }

  keys(): Promise<IDBValidKey[]> {
    return answered(this.#store.getAllKeys());
  }

  put(row: Row): Promise<IDBValidKey> {
    return answered(this.#store.put(row));
  }

  /** Puts rows; only a failure of the transaction tells. */
  putAll(rows: readonly Row[]): void {
    for (const row of rows) this.#store.put(row);
  }

  delete(key: IDBValidKey | IDBKeyRange): Promise<undefined> {
    return answered(this.#store.delete(key));
  }

  clear(): Promise<undefined> {
    return answered(this.#store.clear());
  }

  /** The last rows of a range, at most `limit`, in ascending order. */
  last(range: IDBKeyRange, limit: number): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      const rows: Row[] = [];
      const request = this.#store.openCursor(range, 'prev');
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor || rows.length >= limit) {
          resolve(rows.reverse());
          return;
        }
        rows.push(cursor.value as Row);
        cursor.continue();
      };
    });
  }
}

/** A database, opened when it is first used. */
export class IndexedDatabase {
  readonly name: string;
  readonly #schema: Schema;
  #opened: Promise<IDBDatabase> | undefined;

  constructor(name: string, schema: Schema) {
    this.name = name;
    this.#schema = schema;
  }

  /** Runs `work` in one transaction: all of it is written or nothing. Its result counts when the transaction is complete. */
  async transaction<T>(mode: 'readonly' | 'readwrite', tables: readonly string[], work: (table: <Row>(name: string) => TableAccess<Row>) => Promise<T>): Promise<T> {
    const database = await this.#open();
    const transaction = database.transaction([...tables], mode);
    const complete = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new DOMException('the transaction was aborted', 'AbortError'));
    });
    try {
      const result = await work((name) => new TableAccess(transaction.objectStore(name)));
      await complete;
      return result;
    } catch (thrown) {
      complete.catch(() => undefined);
      try {
        transaction.abort();
      } catch {
        // It has ended already, which is why we are here.
      }
      throw thrown;
    }
  }

  /** Removes the database; tabs that have it open are asked to let go. */
  async delete(): Promise<void> {
    const database = await this.#opened?.catch(() => undefined);
    database?.close();
    this.#opened = undefined;
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(this.name);
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    });
  }

  #open(): Promise<IDBDatabase> {
    this.#opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.name, 1);
      request.onupgradeneeded = () => {
        for (const [name, { key, auto, unique }] of Object.entries(this.#schema)) {
          const store = request.result.createObjectStore(name, { keyPath: key as string | string[], autoIncrement: auto ?? false });
          for (const index of unique ?? []) store.createIndex(index, index, { unique: true });
        }
      };
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        // Another tab logs out or brings a newer client: do not stand in its way.
        database.onversionchange = () => database.close();
        resolve(database);
      };
    });
    return this.#opened;
  }
}

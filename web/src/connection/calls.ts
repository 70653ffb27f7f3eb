// Calls over a link: numbered requests and the promises of their answers.

import { create } from '@bufbuild/protobuf';
import { KithError, offlineError } from '../api/error';
import { fromWireError } from '../api/error_from_wire';
import { ClientFrameSchema, type Answer, type ClientFrame } from '../api/gen/kith/v1/sync_pb';
import type { Clock } from '../base/clock';

/** A call as the wire has it: `{ case: 'sendMessage', value }`. */
export type Call = Exclude<ClientFrame['call'], { case: undefined }>;
export type CallCase = Call['case'];

type AnswerCase<Case extends CallCase> = Case extends 'ping' ? 'pong' : Case;

/** The answer to a kind of call. */
export type AnswerTo<Case extends CallCase> = Extract<Answer['result'], { case: AnswerCase<Case> }>['value'];

type Waiting = { resolve: (value: never) => void; reject: (error: KithError) => void; answer: string; cancelTimer: () => void };

/** Unanswered calls beyond this mean that nobody listens; more would only fill memory. */
const maxWaiting = 256;

/** The calls of one connection. `handleAnswer` settles them; `failAll` when the link is gone. */
export class Calls {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Numbers a call and gives it to `send`; the promise rejects with a KithError. */
  begin<Case extends CallCase>(call: Extract<Call, { case: Case }>, send: (frame: ClientFrame) => void): Promise<AnswerTo<Case>> {
    if (this.#waiting.size >= maxWaiting) return Promise.reject(new KithError({ reason: 'busy', code: 'unavailable', retry: 'later' }));
    this.#lastId = (this.#lastId % 0xffffffff) + 1;
    const id = this.#lastId;
    return new Promise<AnswerTo<Case>>((resolve, reject) => {
      const cancelTimer = this.#clock.after(this.#timeoutMs, () => {
        this.#waiting.delete(id);
        reject(new KithError({ reason: 'timeout', code: 'deadline_exceeded', retry: 'later' }));
      });
      this.#waiting.set(id, { resolve, reject, answer: call.case === 'ping' ? 'pong' : call.case, cancelTimer });
      send(create(ClientFrameSchema, { id, call }));
    });
  }

  handleAnswer(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    waiting.cancelTimer();
    const { result } = answer;
    if (result.case === 'error') waiting.reject(fromWireError(result.value));
    else if (result.case === waiting.answer) waiting.resolve(result.value as never);
    else waiting.reject(new KithError({ reason: 'unknown', message: 'the answer does not fit the call' }));
  }

  failAll(): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of lost) {
      waiting.cancelTimer();
      waiting.reject(offlineError('the connection was lost before the answer'));
    }
  }
}

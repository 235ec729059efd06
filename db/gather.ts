import { isConnectionLost } from './client.ts';

/** What is asked or written alone or many at a time. */
export interface GatherOptions {
  /** Statements under way at once. @default 4 */
  inFlight?: number;
  /** So many waiting calls are worth a statement beside those under way. @default 16 */
  enough?: number;
  /** Milliseconds after which fewer are too, because the one under way may be waiting for a lock. @default 10 */
  patience?: number;
  /** @default 64 */
  mostAtOnce?: number;
}

/**
 * Lets calls that come at the same time share one statement, as a database's group commit lets them share one flush: under load the cost of
 * a round trip and a commit is divided among them. A call that comes alone goes at once; while a statement is under way the next ones gather,
 * so that the database works on some while we work on others.
 * A statement that fails for many is tried again for each alone, so that everyone gets their own answer and nobody another's error.
 * `keyOf` names what two calls of one statement must not share; a second call on the same key waits for the next statement. Without it they share all.
 */
export function gather<Item, Result>(
  write: (items: readonly Item[]) => Promise<Result[]>,
  keyOf: ((item: Item) => string) | undefined,
  { inFlight = 4, enough = 16, patience = 10, mostAtOnce = 64 }: GatherOptions = {},
): (item: Item) => Promise<Result> {
  interface Call {
    item: Item;
    resolve: (result: Result) => void;
    reject: (error: unknown) => void;
  }
  let waiting: Call[] = [];
  let running = 0;
  let isScheduled = false;
  let isPatienceOver = false;
  let timer: NodeJS.Timeout | undefined;

  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    // Calls of the same turn of the event loop have all arrived by then.
    setImmediate(() => {
      isScheduled = false;
      while (waiting.length > 0 && mayStart()) void run(take());
      if (waiting.length > 0 && running < inFlight) timer ??= setTimeout(endPatience, patience);
    });
  };

  const mayStart = () => running === 0 || (running < inFlight && (waiting.length >= enough || isPatienceOver));

  const endPatience = () => {
    timer = undefined;
    isPatienceOver = true;
    schedule();
  };

  const take = (): Call[] => {
    isPatienceOver = false;
    clearTimeout(timer);
    timer = undefined;
    if (!keyOf) return waiting.splice(0, mostAtOnce);
    const keys = new Set<string>();
    const taken: Call[] = [];
    const left: Call[] = [];
    for (const call of waiting) {
      const key = keyOf(call.item);
      if (taken.length < mostAtOnce && !keys.has(key)) {
        keys.add(key);
        taken.push(call);
      } else left.push(call);
    }
    waiting = left;
    // Statements of one order take their locks in one order: those of two servers then wait for each other and never in a circle.
    return taken.sort((a, b) => (keyOf(a.item) < keyOf(b.item) ? -1 : 1));
  };

  const run = async (calls: Call[]) => {
    running++;
    try {
      await settle(calls);
    } finally {
      running--;
      if (waiting.length > 0) schedule();
    }
  };

  const settle = async (calls: Call[]): Promise<void> => {
    try {
      const results = await write(calls.map((call) => call.item));
      calls.forEach((call, index) => call.resolve(results[index]!));
    } catch (error) {
      if (calls.length === 1 || isConnectionLost(error)) for (const call of calls) call.reject(error);
      else for (const call of calls) await settle([call]);
    }
  };

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

// What every follower of the database does: look, work, sleep until woken or for a while, and end when told.

export interface RunLoop {
  /** Looks at once. */
  wake: () => void;
  /** Ends after what is in hand. */
  stop: () => Promise<void>;
}

export interface RunLoopOptions {
  /** One look. True when there is more at once. */
  work: () => Promise<boolean | void>;
  onError: (error: unknown) => void;
  /** How often it looks when nobody wakes it. */
  pollMs: number;
}

export function runLoop({ work, onError, pollMs }: RunLoopOptions): RunLoop {
  let isStopping = false;
  let isWoken = false;
  let endNap: (() => void) | undefined;

  const nap = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, pollMs);
      function done() {
        clearTimeout(timer);
        endNap = undefined;
        resolve();
      }
      endNap = done;
      if (isWoken || isStopping) done();
    });

  const run = async () => {
    while (!isStopping) {
      isWoken = false;
      try {
        if (await work()) continue;
      } catch (error) {
        onError(error);
      }
      await nap();
    }
  };

  const running = run();
  return {
    wake: () => {
      isWoken = true;
      endNap?.();
    },
    stop: async () => {
      isStopping = true;
      endNap?.();
      await running;
    },
  };
}

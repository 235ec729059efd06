// Loaded into server and worker before their own code. start.ts stops them by closing their channel, which also closes
// when start.ts is killed. A Ctrl-C in the terminal reaches them as well: they are told to stop once, not twice.
const settlingTime = 100;
const patience = 12_000;
let isTold = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const isListenedTo = process.listenerCount(signal) > 1;
    if (!isTold && !isListenedTo) process.exit(0);
    isTold = true;
  });
}

if (process.connected) {
  process.channel?.unref();
  process.once('disconnect', () => {
    setTimeout(() => {
      if (!isTold) process.kill(process.pid, 'SIGTERM');
    }, settlingTime);
    setTimeout(() => process.exit(1), patience).unref();
  });
}

export {};

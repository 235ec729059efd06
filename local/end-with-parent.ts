// Loaded into server and worker before their own code. Their channel to start.ts closes when that ends, however it ends.
const patience = 10_000;

if (process.connected) {
  process.channel?.unref();
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), patience).unref();
  });
}

export {};

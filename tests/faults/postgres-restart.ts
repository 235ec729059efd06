import { restartPostgresUnderLoad } from './restart-postgres.ts';
import { addVerdict, newCount, type Suite } from './suite.ts';

export const postgresRestart: Suite = {
  name: 'postgres-restart',
  does: 'restarts PostgreSQL, gently and by kill -9, under sixteen clients and working workers (F-05, F-06)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const faults = Array.from({ length: isShort ? 2 : 40 }, (_, n) =>
      n % 2 === 0 ? ('restart' as const) : ('crash' as const),
    );
    const { tally, submitted, decided, recoveries, verdict } = await restartPostgresUnderLoad({
      temporalAddress: ground.temporalAddress,
      faults,
      reviews: isShort ? 5_000 : 100_000,
      pauseMs: isShort ? 5 : 50,
      workMs: isShort ? 500 : 5_000,
    });
    count.injected = faults.length;
    addVerdict(count, verdict);
    count.lost.push(...tally.unresolved);
    say(
      `${faults.length} restarts; ${submitted} submissions and ${decided} decisions accepted, ${tally.unanswered} calls unanswered and asked again, ${tally.foundDone} of them had counted`,
    );
    say(`first commit after PostgreSQL was back: at most ${Math.max(...recoveries).toFixed(0)} ms`);
    return count;
  },
};

import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { connectDatabase } from '../db/client.ts';
import { verifyJournal } from '../db/queries/verify-journal.ts';
import type { BenchContext } from './bench.ts';
import { startLoad, type Load } from './load/load.ts';
import { describeMachine, type Machine } from './machine.ts';
import { openBenchDatabase } from './servers/bench-database.ts';
import { startOurServer, type OurServer } from './servers/our-server.ts';
import { startBenchPostgres, type BenchPostgres } from './servers/postgres.ts';
import { startBenchTemporal, type BenchTemporal } from './servers/temporal.ts';

/** What the benchmarks over HTTP stand on. */
export interface Arena {
  machine: Machine;
  postgres: BenchPostgres;
  /** Our tables. */
  databaseUrl: string;
  pool: Pool;
  server: OurServer;
  load: Load;
}

/** What the benchmarks of whole processes stand on. */
export interface TemporalArena extends Omit<Arena, 'load'> {
  temporal: BenchTemporal;
}

/** A fresh PostgreSQL with our tables and a Temporal on it where there is one, and our server. */
export async function openTemporalArena({ folder, isShort, say, atEnd }: BenchContext): Promise<TemporalArena> {
  const postgres = await startBenchPostgres(folder);
  atEnd(postgres.stop);
  const temporal = await startBenchTemporal({ folder, postgres, mayBuild: !isShort, say });
  atEnd(temporal.stop);
  const machine = describeMachine({ postgres: postgres.version, temporal: temporal.version });
  const { databaseUrl, pool } = await openBenchDatabase(postgres);
  atEnd(() => pool.end());
  const server = await startOurServer({ folder, databaseUrl, temporalAddress: temporal.address });
  atEnd(server.stop);
  return { machine, postgres, temporal, databaseUrl, pool, server };
}

/** A fresh PostgreSQL with our tables, our server and the clients. Temporal is away: people and pipelines are answered without it. */
export async function openArena({ folder, profileFolder, atEnd }: BenchContext): Promise<Arena> {
  const postgres = await startBenchPostgres(folder);
  atEnd(postgres.stop);
  const machine = describeMachine({ postgres: postgres.version });
  const { databaseUrl, pool } = await openBenchDatabase(postgres);
  atEnd(() => pool.end());
  const server = await startOurServer({ folder, databaseUrl, profileFolder });
  atEnd(server.stop);
  const load = await startLoad();
  atEnd(load.stop);
  return { machine, postgres, databaseUrl, pool, server, load };
}

/** People with this role and their tokens. */
export async function plantPeople(
  pool: Pool,
  role: string,
  count: number,
): Promise<{ handle: string; token: string }[]> {
  const people = Array.from({ length: count }, (_, index) => {
    const handle = `${role}-of-bench-${index + 1}`;
    return { handle, token: `cst_${hash('sha256', handle, 'base64url')}` };
  });
  await pool.query(
    `INSERT INTO people (handle, name, email, type, roles, department)
     SELECT handle, handle, handle || '@example.com', 'user', ARRAY[$1], 'bench' FROM unnest($2::text[]) handle`,
    [role, people.map((person) => person.handle)],
  );
  await pool.query(
    `INSERT INTO access_tokens (handle, token_hash, label) SELECT handle, token_hash, 'bench' FROM unnest($1::text[], $2::text[]) AS t (handle, token_hash)`,
    [people.map((person) => person.handle), people.map(({ token }) => `sha256:${hash('sha256', token, 'hex')}`)],
  );
  return people;
}

/** Throws unless each of these was counted exactly as often as it was sent. */
export function requireCounts(sent: number, counted: Record<string, number>): Record<string, number> {
  for (const [what, number] of Object.entries(counted))
    if (number !== sent) throw new Error(`${sent} were acknowledged, but there are ${number} ${what}`);
  return { sent, ...counted };
}

/** Throws when a chain of the journal is broken; answers how many entries hold. */
export async function requireWholeJournal(databaseUrl: string): Promise<number> {
  const database = connectDatabase({ url: databaseUrl, max: 2 });
  try {
    const { broken, entries } = await verifyJournal(database);
    if (broken) throw new Error(`The journal is broken at ${broken.stream}/${broken.position}: ${broken.problem}`);
    return entries;
  } finally {
    await database.close();
  }
}

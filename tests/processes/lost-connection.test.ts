import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDatabaseUnavailable } from '../../db/client.ts';
import { openHouse, type House } from '../support/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({ withWorkers: false });
});
afterAll(() => house.close());

describe('a connection that is lost in the middle of a transaction', () => {
  it('fails that transaction as an outage, and neither this process nor the next transaction', async () => {
    const { database } = house;
    const work = database.withTransaction(async (_tx, client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const lost = once(client, 'error');
      await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      await lost;
      await client.query('SELECT 1');
    });
    await expect(work).rejects.toSatisfy(isDatabaseUnavailable);
    await expect(
      database.withTransaction(async (_tx, client) => (await client.query('SELECT 1')).rowCount),
    ).resolves.toBe(1);
  });
});

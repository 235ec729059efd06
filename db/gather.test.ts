import { describe, expect, it } from 'vitest';
import { gather } from './gather.ts';

describe('gather', () => {
  it('writes calls of the same moment in one statement and gives each its own answer', async () => {
    const statements: number[][] = [];
    const write = gather(
      async (items: readonly number[]) => {
        statements.push([...items]);
        return items.map((item) => item * 10);
      },
      String,
      { inFlight: 1 },
    );
    expect(await Promise.all([1, 2, 3].map(write))).toEqual([10, 20, 30]);
    expect(statements).toEqual([[1, 2, 3]]);
  });

  it('tries each alone when the statement fails, so that one bad call spoils no other', async () => {
    const write = gather(async (items: readonly number[]) => {
      if (items.includes(2)) throw new Error('two is taken');
      return items.map((item) => item * 10);
    }, String);
    const settled = await Promise.allSettled([1, 2, 3].map(write));
    expect(settled.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason)))).toEqual([
      10,
      'Error: two is taken',
      30,
    ]);
  });

  it('never puts two calls on one key into one statement', async () => {
    const statements: string[][] = [];
    const write = gather(
      async (items: readonly string[]) => {
        statements.push([...items]);
        return items.map(() => true);
      },
      (item) => item.charAt(0),
      { inFlight: 1 },
    );
    await Promise.all(['a1', 'b1', 'a2', 'a3'].map(write));
    expect(statements).toEqual([['a1', 'b1'], ['a2'], ['a3']]);
  });

  it('lets nobody wait behind a statement that is stuck', async () => {
    const stuck = Promise.withResolvers<void>();
    const write = gather(async (items: readonly string[]) => {
      if (items.includes('stuck')) await stuck.promise;
      return items.map((item) => `${item} done`);
    }, String);
    const first = write('stuck');
    await new Promise(setImmediate);
    expect(await write('next')).toBe('next done');
    stuck.resolve();
    expect(await first).toBe('stuck done');
  });

  it('asks a database that is away once, not once for each call', async () => {
    let asked = 0;
    const write = gather(async (): Promise<boolean[]> => {
      asked++;
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    }, String);
    const settled = await Promise.allSettled([1, 2, 3].map(write));
    expect(settled.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toBe(1);
  });

  it('writes the calls of one statement in the order of their keys, so that two statements never wait for each other in a circle', async () => {
    const written: (readonly string[])[] = [];
    const write = gather(
      async (items: readonly string[]) => {
        written.push(items);
        return [...items];
      },
      (item) => item,
    );
    await expect(Promise.all(['c', 'a', 'b'].map(write))).resolves.toEqual(['c', 'a', 'b']);
    expect(written).toEqual([['a', 'b', 'c']]);
  });
});

// Adds the first administrator of an installation, who adds everybody else. For whoever holds DATABASE_URL.
//   node scripts/launch.mjs scripts/first-administrator.ts HANDLE NAME EMAIL
import { addPersonSchema, insertPerson, insertToken } from '../api/services/manage-people.ts';
import { readConfig } from '../config.ts';
import { connectDatabase } from '../db/client.ts';

const [handle, name, email] = process.argv.slice(2);
const command = addPersonSchema.safeParse({
  handle,
  name,
  email,
  roles: ['administrator'],
  reason: 'First administrator of this installation.',
});
const { databaseUrl } = readConfig();
if (!command.success || databaseUrl === undefined) {
  console.error('Set DATABASE_URL and name handle, name and e-mail address: ada "Ada Example" ada@example.com');
  process.exit(2);
}
const database = connectDatabase({ url: databaseUrl });
try {
  const deps = { database, now: () => new Date() };
  const actor = { type: 'system', id: 'scripts/first-administrator' } as const;
  await insertPerson(deps, actor, command.data);
  const { token } = await insertToken(deps, actor, command.data.handle, 'First token.');
  console.log(`COUNTERSIGN_TOKEN=${token}`);
} finally {
  await database.close();
}

// Brings the tables up to date and ends: the migration job of an installation. `npm start` does it by itself.
import { readConfig } from '../config.ts';
import { migrate } from '../db/migrate.ts';

const { migrationUrl } = readConfig();
if (migrationUrl === undefined)
  throw new Error('set DATABASE_MIGRATION_URL, or DATABASE_URL, to the database to migrate');
await migrate(migrationUrl);
console.log('The tables are up to date');

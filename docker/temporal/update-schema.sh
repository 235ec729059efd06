#!/bin/sh
# Brings Temporal's own tables up to the version of this image. Run before each start: it changes nothing the second time.
set -eu
for database in temporal temporal_visibility; do
  kind=${database#temporal_}
  sql() { temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$database" "$@"; }
  sql setup-schema -v 0.0 2>/dev/null || echo "$database has a schema already"
  sql update-schema -d "/etc/temporal/schema/postgresql/v12/$kind/versioned"
done

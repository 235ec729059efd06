#!/bin/sh
# Run once by the PostgreSQL image, on an empty data folder. The application's role owns nothing; migrations grant it
# what it may do.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
  --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" --set=engine="$ENGINE_PASSWORD" <<'SQL'
CREATE ROLE countersign_owner LOGIN PASSWORD :'owner';
CREATE ROLE countersign_app LOGIN PASSWORD :'app';
CREATE ROLE temporal LOGIN PASSWORD :'engine';
CREATE DATABASE countersign OWNER countersign_owner;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
SQL

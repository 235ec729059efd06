#!/bin/sh
# Prints the secrets that docker-compose.yml asks for, made at random:  sh docker/make-env.sh > .env && chmod 600 .env
set -eu
for name in POSTGRES_SUPERUSER_PASSWORD POSTGRES_OWNER_PASSWORD POSTGRES_APP_PASSWORD POSTGRES_TEMPORAL_PASSWORD COUNTERSIGN_SECRET; do
  echo "$name=$(openssl rand -hex 24)"
done
echo "COUNTERSIGN_WEBHOOK_SECRETS=generic=whsec_$(openssl rand -base64 32)"

#!/bin/sh
# The application's role owns its database and is no superuser, so that grants and row-level security bind it;
# CREATEROLE lets a migration make the role under which readers' requests run.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$DATABASE_PASSWORD" --username postgres <<'SQL'
CREATE ROLE reader_study LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE reader_study OWNER reader_study;
SQL

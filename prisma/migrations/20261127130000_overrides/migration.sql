BEGIN;

-- An environment's scopes are an override like any other. The columns stay for processes of the version before, which may still run.
UPDATE "environment_integration"
   SET "overrides" = jsonb_set("overrides", '{credentials}', jsonb_build_object('config', jsonb_build_object('scope', to_jsonb("scope"))))
 WHERE "has_scope" AND NOT "overrides" ? 'credentials';

COMMIT;

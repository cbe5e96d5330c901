-- Whether an external account is connected already is asked at every approval and every end of a grant.
CREATE INDEX "integrated_account_external" ON "integrated_account"("environment_id", "integration_name", ("external_account" ->> 'id'))
  WHERE "external_account" IS NOT NULL;

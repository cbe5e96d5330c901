BEGIN;

-- The product's own address of the connect pages of an environment: an origin whose name leads to us.
ALTER TABLE "environment" ADD COLUMN "connect_url" TEXT;
CREATE UNIQUE INDEX "environment_connect_url_key" ON "environment"("connect_url");

COMMIT;

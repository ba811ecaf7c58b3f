// The example specs refer to it.
process.env.CCE_ADMIN_PASSWORD = 'test123!T';
// For every client and worker, also those in processes of their own.
process.env.CCE_ENCRYPTION_KEYS = 'test:dGhlIGtleSBvZiB0aGUgdGVzdHMsIG9mIDMyIGJ5dGU=';

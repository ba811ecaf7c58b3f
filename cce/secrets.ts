/**
 * Where the value of a secret is to be found. A spec file carries this in place of the secret, so that neither
 * Temporal nor a log ever sees the value.
 */
export type SecretReference = { fromEnv: string } | { fromFile: string };

/** A value in which every {@link SecretReference} has been replaced by a text. */
export type Resolved<Value> = Value extends SecretReference
  ? never
  : Value extends string | number | boolean
    ? Value
    : { [Key in keyof Value]: Resolved<Value[Key]> };

/** Reads what references point at. To throw counts as not found. */
export interface SecretReader {
  env: (name: string) => string | undefined;
  file: (path: string) => string | undefined;
}

/** The fields of a create request whose values must not be shown, in lower case: keys are compared without case. */
const secretFields: ReadonlySet<string> = new Set([
  'adminpassword',
  'userdata',
  'serverlessrelaypw',
  'preuserscript',
  'postuserscript',
]);

export function isSecretField(name: string): boolean {
  return secretFields.has(name.toLowerCase());
}

function isSecretReference(value: unknown): value is SecretReference {
  if (typeof value !== 'object' || value === null) return false;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) return false;
  const [source, name] = entry;
  return (source === 'fromEnv' || source === 'fromFile') && typeof name === 'string' && name !== '';
}

/**
 * A deep copy in which every secret reads `'[redacted]'`. References stay: they say where a secret is, not what it is.
 */
export function redactSecrets(value: unknown): unknown {
  return mapSecrets(value, '', (secret) => (isSecretReference(secret) ? secret : '[redacted]'));
}

/**
 * A deep copy in which every secret reference is replaced by the text it points at. The line break that editors put
 * at the end of a file is not part of a secret.
 *
 * @throws {@link UnresolvedSecretsError} that lists every reference that points at nothing or at an empty text.
 */
export function resolveSecrets<Request>(request: Request, read: SecretReader): Resolved<Request> {
  const unresolved: UnresolvedSecret[] = [];
  const resolved = mapSecrets(request, '', (secret, path) => {
    if (!isSecretReference(secret)) return secret;
    const text = readSecret(secret, read);
    if (text === undefined) unresolved.push({ path, reference: secret });
    return text;
  });
  if (unresolved.length > 0) throw new UnresolvedSecretsError(unresolved);
  return resolved as Resolved<Request>;
}

/** The fields in which a secret stands in clear, such as `nodes[0].instanceSpec.adminPassword`. */
export function inlineSecretPaths(value: unknown): string[] {
  const paths: string[] = [];
  mapSecrets(value, '', (secret, path) => {
    if (typeof secret === 'string' && secret !== '') paths.push(path);
  });
  return paths;
}

/** What stands in the secret fields of a request, each once: texts, and references to texts. */
export function secretsOf(request: unknown): (string | SecretReference)[] {
  const secrets = new Map<string, string | SecretReference>();
  mapSecrets(request, '', (secret) => {
    if ((typeof secret === 'string' && secret !== '') || isSecretReference(secret)) {
      secrets.set(JSON.stringify(secret), secret);
    }
  });
  return [...secrets.values()];
}

/**
 * Removes secrets from texts of other origin: as they are, as they look within JSON, and what they say where they are in
 * Base64, as user scripts are, each line of it. References that point at nothing are passed over, and one that points at
 * something else by now does not know what was sent.
 */
export function createSecretFilter(
  secrets: readonly (string | SecretReference)[],
  read: SecretReader,
): (text: string) => string {
  const values = secrets.flatMap((secret) => (isSecretReference(secret) ? (readSecret(secret, read) ?? []) : secret));
  const forms = values.flatMap((value) => [value, ...linesInBase64(value)]).flatMap((value) => [value, inJSON(value)]);
  // The longest first: one may be a part of another.
  const longestFirst = [...new Set(forms)].toSorted((left, right) => right.length - left.length);
  return (text) => longestFirst.reduce((each, form) => each.replaceAll(form, '[redacted]'), text);
}

function inJSON(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Of a text that is Base64; short lines such as `fi` or `done` are no secrets. */
function linesInBase64(text: string): string[] {
  const decoded = Buffer.from(text, 'base64');
  if (decoded.toString('base64') !== text) return [];
  return decoded
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= 8);
}

/** A reference that points at nothing, and the field it stands in, such as `nodes[0].instanceSpec.adminPassword`. */
export interface UnresolvedSecret {
  path: string;
  reference: SecretReference;
}

/** Thrown by {@link resolveSecrets}. Its message names fields and references, never a value. */
export class UnresolvedSecretsError extends Error {
  override name = 'UnresolvedSecretsError';
  readonly unresolved: readonly UnresolvedSecret[];

  constructor(unresolved: readonly UnresolvedSecret[]) {
    const lines = unresolved.map(({ path, reference }) => `${path}: ${describe(reference)}`);
    super(`Secrets that are missing or empty:\n${lines.join('\n')}`);
    this.unresolved = unresolved;
  }
}

function describe(reference: SecretReference): string {
  return 'fromEnv' in reference ? `environment variable ${reference.fromEnv}` : `file ${reference.fromFile}`;
}

function readSecret(reference: SecretReference, read: SecretReader): string | undefined {
  try {
    const text = 'fromEnv' in reference ? read.env(reference.fromEnv) : read.file(reference.fromFile);
    return text?.replace(/\r?\n$/, '') || undefined;
  } catch {
    return undefined;
  }
}

function mapSecrets(value: unknown, path: string, mapSecret: (secret: unknown, path: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element, index) => mapSecrets(element, `${path}[${index}]`, mapSecret));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, field]) => {
    const fieldPath = path === '' ? key : `${path}.${key}`;
    return [key, isSecretField(key) ? mapSecret(field, fieldPath) : mapSecrets(field, fieldPath, mapSecret)];
  });
  return Object.fromEntries(entries);
}

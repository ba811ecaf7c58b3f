/**
 * The location of a secret's value. A spec file contains it instead of the secret, so that the value never appears in
 * Temporal or in a log.
 */
export type SecretReference = { fromEnv: string } | { fromFile: string };

/** A value in which a string replaces every {@link SecretReference}. */
export type Resolved<Value> = Value extends SecretReference
  ? never
  : Value extends string | number | boolean
    ? Value
    : { [Key in keyof Value]: Resolved<Value[Key]> };

/** Reads the values of secrets. Returning `undefined` and throwing both mean "not found". */
export interface SecretReader {
  env: (name: string) => string | undefined;
  file: (path: string) => string | undefined;
}

/** The secret fields of a create request, in lower case, because the comparison of keys ignores case. */
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

/** Whether a value says where a secret is, and nothing else. */
export function isSecretReference(value: unknown): value is SecretReference {
  if (typeof value !== 'object' || value === null) return false;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) return false;
  const [source, name] = entry;
  return (source === 'fromEnv' || source === 'fromFile') && typeof name === 'string' && name !== '';
}

/**
 * Returns a deep copy in which `'[redacted]'` replaces every secret. References stay, because they do not reveal the
 * value.
 */
export function redactSecrets(value: unknown): unknown {
  return mapSecrets(value, '', (secret) => (isSecretReference(secret) ? secret : '[redacted]'));
}

/**
 * Returns a deep copy in which the value of the secret replaces every reference. Removes one line break at the end of a
 * value, because editors add it to files.
 *
 * @throws {@link UnresolvedSecretsError} with every reference whose value is missing or empty.
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

/** Returns the paths of secrets in plain text, such as `nodes[0].instanceSpec.adminPassword`. */
export function inlineSecretPaths(value: unknown): string[] {
  const paths: string[] = [];
  mapSecrets(value, '', (secret, path) => {
    if (typeof secret === 'string' && secret !== '') paths.push(path);
  });
  return paths;
}

/** Returns the distinct values of the secret fields of a request: strings and references. */
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
 * Returns a function that redacts secrets in text from other sources, such as error messages of the service. It redacts a
 * secret as it is, in JSON-escaped form and, if the secret is Base64 (user scripts are), each of its decoded lines.
 *
 * It ignores references that cannot be resolved. If the value of a reference has changed since the request was sent, it
 * cannot redact the value that was sent.
 */
export function createSecretFilter(
  secrets: readonly (string | SecretReference)[],
  read: SecretReader,
): (text: string) => string {
  const values = secrets.flatMap((secret) => (isSecretReference(secret) ? (readSecret(secret, read) ?? []) : secret));
  const forms = values.flatMap((value) => [value, ...linesInBase64(value)]).flatMap((value) => [value, inJSON(value)]);
  // The longest first, because one form may contain another.
  const longestFirst = [...new Set(forms)].toSorted((left, right) => right.length - left.length);
  return (text) => longestFirst.reduce((each, form) => each.replaceAll(form, '[redacted]'), text);
}

function inJSON(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Returns the decoded lines of a Base64 text, without short lines such as `fi` or `done`, which are not secret. */
function linesInBase64(text: string): string[] {
  const decoded = Buffer.from(text, 'base64');
  if (decoded.toString('base64') !== text) return [];
  return decoded
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= 8);
}

/** A reference without a value, and the path of its field, such as `nodes[0].instanceSpec.adminPassword`. */
export interface UnresolvedSecret {
  path: string;
  reference: SecretReference;
}

/** Thrown by {@link resolveSecrets}. The message contains fields and references, never a value. */
export class UnresolvedSecretsError extends Error {
  override name = 'UnresolvedSecretsError';
  readonly unresolved: readonly UnresolvedSecret[];

  constructor(unresolved: readonly UnresolvedSecret[]) {
    const lines = unresolved.map(({ path, reference }) => `${path}: ${describeReference(reference)}`);
    super(`These secrets are missing or empty; set them where the worker runs:\n${lines.join('\n')}`);
    this.unresolved = unresolved;
  }
}

/** Names the place of a secret, for people. */
export function describeReference(reference: SecretReference): string {
  return 'fromEnv' in reference ? `environment variable ${reference.fromEnv}` : `file ${reference.fromFile}`;
}

/** Reads the value of a secret, without the line break at its end. `undefined` if it is missing or empty. */
export function readSecret(reference: SecretReference, read: SecretReader): string | undefined {
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

import { grpcStatus } from '../grpc-status.ts';
import { OrchestratorError } from '../orchestrator-error.ts';

/** Thrown when the Temporal connection settings are invalid. The message names the setting, and never shows a key. */
export class ConnectionSettingsError extends OrchestratorError {
  override readonly name = 'ConnectionSettingsError';
  readonly kind = 'configuration';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A certificate or key of a profile: the path of its file, or its content. */
type Source = { path: string } | { data: string | Uint8Array };

interface Profile {
  apiKey?: string;
  tls?: { clientCert?: Source; clientKey?: Source; serverCACert?: Source };
}

/** The two functions with which Temporal's own library reads its settings. */
interface ProfileReader<Read extends Profile, Settings> {
  /** Reads the variables and the profile file. */
  loadClientConfigProfile: (options: { overrideEnvVars: Record<string, string> }) => Read;
  /** Reads the files that the profile names. */
  toClientOptions: (profile: Read) => Settings;
}

const tlsSettings = [
  ['clientCert', 'client_cert', 'TEMPORAL_TLS_CLIENT_CERT'],
  ['clientKey', 'client_key', 'TEMPORAL_TLS_CLIENT_KEY'],
  ['serverCACert', 'server_ca_cert', 'TEMPORAL_TLS_SERVER_CA_CERT'],
] as const;

/**
 * Reads the connection settings, for workers and clients alike.
 *
 * @param reader Reads variables and files. It is a parameter so that this module does not load Temporal's library.
 * @throws ConnectionSettingsError
 */
export function readConnectionSettings<Read extends Profile, Settings>(
  environment: Environment,
  reader: ProfileReader<Read, Settings>,
): Settings {
  // Without it, the library would read the variables of this process.
  const overrideEnvVars = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const profile = loadProfile(environment, () => reader.loadClientConfigProfile({ overrideEnvVars }));
  if (profile.apiKey !== undefined && !/^[\x21-\x7e]+$/.test(profile.apiKey)) {
    throw new ConnectionSettingsError(`${nameOf('api_key', environment)} is empty or contains white space`);
  }
  const { clientCert, clientKey } = profile.tls ?? {};
  if ((clientCert === undefined) !== (clientKey === undefined)) {
    const [present, missing] = clientCert === undefined ? ['key', 'certificate'] : ['certificate', 'key'];
    throw new ConnectionSettingsError(
      `there is a client ${present} but no client ${missing}: set both TEMPORAL_TLS_CLIENT_CERT_PATH and ` +
        `TEMPORAL_TLS_CLIENT_KEY_PATH, or client_cert_path and client_key_path of ${profileName(environment)}`,
    );
  }
  try {
    return reader.toClientOptions(profile);
  } catch (error) {
    const { code, path } = error as { code?: string; path?: string };
    for (const [field, key, variable] of tlsSettings) {
      const source = profile.tls?.[field];
      if (source === undefined || !('path' in source) || source.path !== path) continue;
      const setting =
        environment[`${variable}_PATH`] === undefined ? inProfile(`${key}_path`, environment) : `${variable}_PATH`;
      throw new ConnectionSettingsError(`${setting}: ${path} cannot be read (${code})`);
    }
    throw error;
  }
}

/**
 * Checks that the namespace exists and that the API key is valid for it. It ignores other errors: the first call of the
 * client meets them again.
 *
 * @param describe Asks Temporal for the namespace.
 * @throws ConnectionSettingsError
 */
export async function checkNamespace(
  environment: Environment,
  namespace: string,
  describe: () => Promise<unknown>,
): Promise<void> {
  try {
    await describe();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === grpcStatus.notFound) {
      throw new ConnectionSettingsError(`${nameOf('namespace', environment)}: there is no namespace "${namespace}"`);
    }
    if (code === grpcStatus.unauthenticated) {
      throw keyRefused(environment);
    }
  }
}

/**
 * Describes a failed connection, and names the settings to check.
 *
 * @throws ConnectionSettingsError if the address is invalid, which the SDK finds before it connects, or if Temporal
 *   rejects the API key
 */
export function describeUnreachable(
  environment: Environment,
  { address = 'localhost:7233', tls = false }: { address?: string; tls?: unknown },
  error: unknown,
): string {
  const setting = nameOf('address', environment);
  if (error instanceof TypeError) throw new ConnectionSettingsError(`${setting}: ${error.message}`);
  if (isUnauthenticated(error)) throw keyRefused(environment);
  const secure =
    tls === false ? 'requires TLS (TEMPORAL_TLS=true)' : 'accepts TLS, which TEMPORAL_TLS or an API key turns on';
  return `cannot reach Temporal at ${address}; check ${setting}, and whether the server ${secure}`;
}

function keyRefused(environment: Environment): ConnectionSettingsError {
  return new ConnectionSettingsError(`${nameOf('api_key', environment)}: Temporal rejects the key or requires one`);
}

/** The client's error has the status of its first call; that of the worker's native connection has only a text. */
function isUnauthenticated(error: unknown): boolean {
  const { cause, message = '' } = error as { cause?: { code?: unknown }; message?: string };
  return (
    cause?.code === grpcStatus.unauthenticated || message.includes('does not have valid authentication credentials')
  );
}

/** The name of a setting where the user sets it: a variable or a key of the profile. */
function nameOf(key: 'address' | 'api_key' | 'namespace', environment: Environment): string {
  const variable = `TEMPORAL_${key.toUpperCase()}`;
  return environment[variable] === undefined && environment['TEMPORAL_PROFILE'] !== undefined
    ? inProfile(key, environment)
    : variable;
}

function loadProfile<Read>(environment: Environment, load: () => Read): Read {
  try {
    return load();
  } catch (error) {
    const { name, message, line, column, code } = error as Error & { line?: number; column?: number; code?: string };
    // The message of the error quotes the line, which may contain a key.
    if (name === 'TomlError' || line !== undefined) {
      throw new ConnectionSettingsError(
        `${fileName(environment)} is not valid TOML: see line ${line}, column ${column}`,
      );
    }
    if (message.startsWith('Profile ')) {
      const profile = environment['TEMPORAL_PROFILE'];
      throw new ConnectionSettingsError(
        `TEMPORAL_PROFILE: there is no profile "${profile}" in ${fileName(environment)}`,
      );
    }
    if (code !== undefined) throw new ConnectionSettingsError(`${fileName(environment)} cannot be read (${code})`);
    throw new ConnectionSettingsError(`${fileName(environment)} does not contain valid profiles: ${message}`);
  }
}

function inProfile(key: string, environment: Environment): string {
  return `${key} of ${profileName(environment)}`;
}

function profileName(environment: Environment): string {
  return `profile "${environment['TEMPORAL_PROFILE'] ?? 'default'}" in ${fileName(environment)}`;
}

function fileName({ TEMPORAL_CONFIG_FILE: file }: Environment): string {
  return file === undefined ? 'temporalio/temporal.toml of the configuration folder' : `TEMPORAL_CONFIG_FILE (${file})`;
}

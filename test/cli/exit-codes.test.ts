import { ServiceError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { StatusUnreadableError } from '../../cli/after-start.ts';
import { exitCodeOf } from '../../cli/exit-codes.ts';
import { ConnectionLostError, InterruptedError } from '../../cli/follow.ts';
import { SpecFileError } from '../../cli/spec-file.ts';
import {
  BatchConflictError,
  BatchNotFoundError,
  ClusterGoneError,
  ConnectionSettingsError,
  EncryptionKeyError,
  InvalidOptionsError,
  InvalidSpecError,
  OperationEndingError,
  OperationNotFoundError,
  OptionsConflictError,
  OrchestratorError,
  PayloadDecryptionError,
  SetUpError,
  SpecConflictError,
  TooManyMatchesError,
  UnreachableError,
  type TeardownReport,
} from '../../client/index.ts';
import { ConfigurationError } from '../../temporal/configuration-error.ts';

const grpcError = (code: number) => Object.assign(new Error('from Temporal'), { code, details: '', metadata: {} });

const ours: [OrchestratorError, kind: OrchestratorError['kind'], exitCode: number][] = [
  [new BatchConflictError('a-batch', 'being ended'), 'conflict', 1],
  [new BatchNotFoundError('a-batch'), 'notFound', 3],
  [new ClusterGoneError('cce:default:bj:a'), 'conflict', 1],
  [new ConfigurationError(['CCE_REGION is missing']), 'configuration', 2],
  [new ConnectionSettingsError('TEMPORAL_ADDRESS is invalid'), 'configuration', 2],
  [new EncryptionKeyError('there is no key'), 'configuration', 2],
  [new InterruptedError('cce:default:bj:a', 'ccectl status a --watch'), 'interrupted', 130],
  [new ConnectionLostError('cce:default:bj:a', 'ccectl status a --watch'), 'unreachable', 4],
  [new InvalidOptionsError([{ path: 'concurrency', message: '0 is too low' }]), 'invalidInput', 2],
  [new InvalidSpecError([]), 'invalidSpec', 2],
  [new OperationEndingError('cce:default:bj:a'), 'conflict', 1],
  [new OptionsConflictError('cce:default:bj:a', [], 'wait'), 'conflict', 1],
  [new OperationNotFoundError('a'), 'notFound', 3],
  [new PayloadDecryptionError('unknownKey', 'there is no key "1"'), 'configuration', 2],
  [new SetUpError('run temporal operator'), 'refused', 1],
  [new SpecConflictError('cce:default:bj:a', ['cluster.k8sVersion']), 'conflict', 1],
  [new StatusUnreadableError('cce:default:bj:a', new EncryptionKeyError('there is no key')), 'configuration', 2],
  [new SpecFileError('a.yaml cannot be read'), 'invalidInput', 2],
  [new TooManyMatchesError('51 clusters match', {} as TeardownReport), 'invalidInput', 2],
  [new UnreachableError('cannot reach Temporal'), 'unreachable', 4],
];

describe('the exit code', () => {
  it.each(ours.map(([error, kind, exitCode]) => [error.name, error, kind, exitCode] as const))(
    'of %s follows from its kind',
    async (name, error, kind, exitCode) => {
      expect(error).toBeInstanceOf(OrchestratorError);
      expect(name).toBe(error.constructor.name);
      expect(error.kind).toBe(kind);
      expect(await exitCodeOf(error)).toBe(exitCode);
    },
  );

  it('of an error of the SDK depends on whether Temporal answered', async () => {
    expect(await exitCodeOf(new ServiceError('failed to start', { cause: grpcError(14) }))).toBe(4);
    expect(await exitCodeOf(grpcError(14))).toBe(4);
    expect(await exitCodeOf(new ServiceError('failed to list', { cause: grpcError(3) }))).toBe(2);
  });

  it('of an error that nobody foresaw is 1, and never that of bad input', async () => {
    expect(await exitCodeOf(new TypeError('x is not a function'))).toBe(1);
    expect(await exitCodeOf('thrown text')).toBe(1);
  });
});

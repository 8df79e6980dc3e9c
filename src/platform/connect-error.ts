/** Why an account could not be connected, at the field of the form that it is about. */
import { AppError } from '../common/app-error';
import { InstanceError } from '../fediverse/instance-error';

/** What hosts answer that are no instance: no such page, no such method, gone. */
const NO_INSTANCE = [404, 405, 410];

/**
 * @param host that was asked
 * @param field that a refusal is about; anything else is about the address
 * @returns AppError PLATFORM_REJECTED where the instance says no, PLATFORM_UNREACHABLE where the host is none or does not
 *   answer; what is no InstanceError as it is
 */
export function toConnectError(error: unknown, host: string, field: 'access_token' | 'instance_url'): unknown {
  if (!(error instanceof InstanceError)) return error;
  const isRejected = error.rejectsToken || (error.isRefusal && !isNoInstance(error));
  const message = isRejected ? refusalOf(error, host, field) : absenceOf(error, host);
  const details = [{ field: isRejected ? field : 'instance_url', message }];
  return new AppError(isRejected ? 'PLATFORM_REJECTED' : 'PLATFORM_UNREACHABLE', { cause: error, message, details });
}

/** The host has answered, but not as an instance does. */
export function isNoInstance({ fault, status, details }: InstanceError): boolean {
  return fault === 'unreadable' || (fault === 'refused' && (!!details.location || NO_INSTANCE.includes(status ?? 0)));
}

function refusalOf({ fault, message, status }: InstanceError, host: string, field: string): string {
  // Without a status the words are ours.
  if (status === undefined || fault === 'forbidden') return message;
  return fault === 'unauthorized' && field === 'access_token'
    ? `${host} does not accept this access token`
    : `${host} refused: ${message}`;
}

function absenceOf(error: InstanceError, host: string): string {
  const { fault, message, details } = error;
  if (fault === 'unreachable') return `${host} cannot be reached. Is the address right, and is the instance up?`;
  if (fault === 'limited') return `${host} asks for a pause. Please try again in a while`;
  return isNoInstance(error) && !details.location
    ? `${host} is no instance that can be connected: ${message}`
    : message;
}

/** Converts an InstanceError during a connect to an AppError with the form field concerned. */
import { AppError } from '../common/app-error';
import { InstanceError } from '../fediverse/instance-error';

/** Answers of hosts that are not instances: Not Found, Method Not Allowed, Gone. */
const NO_INSTANCE_STATUSES = [404, 405, 410];

/**
 * @param host of the request
 * @param field for refusals; other errors concern `instance_url`
 * @returns AppError PLATFORM_REJECTED for a refusal, PLATFORM_UNREACHABLE if the host is not an instance or does not
 *   answer; other values unchanged
 */
export function toConnectError(error: unknown, host: string, field: 'access_token' | 'instance_url'): unknown {
  if (!(error instanceof InstanceError)) return error;
  const isRejected = error.rejectsToken || (error.isRefusal && !isNoInstance(error));
  const message = isRejected ? refusalOf(error, host, field) : absenceOf(error, host);
  const details = [{ field: isRejected ? field : 'instance_url', message }];
  return new AppError(isRejected ? 'PLATFORM_REJECTED' : 'PLATFORM_UNREACHABLE', { cause: error, message, details });
}

/** Whether the host has answered, but not as an instance would. */
export function isNoInstance({ fault, status, details }: InstanceError): boolean {
  return (
    fault === 'unreadable' ||
    (fault === 'refused' && (!!details.location || NO_INSTANCE_STATUSES.includes(status ?? 0)))
  );
}

function refusalOf({ fault, message, status }: InstanceError, host: string, field: string): string {
  // Without a status the message is our own.
  if (status === undefined || fault === 'forbidden') return message;
  return fault === 'unauthorized' && field === 'access_token'
    ? `${host} does not accept this access token`
    : `${host} refused: ${message}`;
}

function absenceOf(error: InstanceError, host: string): string {
  const { fault, message, details } = error;
  if (fault === 'unreachable') return `${host} cannot be reached. Is the address right, and is the instance up?`;
  if (fault === 'limited') return `${host} limits the rate of requests. Please try again in a while`;
  return isNoInstance(error) && !details.location
    ? `${host} is not an instance that can be connected: ${message}`
    : message;
}

/**
 * A refusal in SES's own words. The code is what an SDK client shows as the exception's name.
 *
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
 */
export class SesError extends Error {
  override readonly name = 'SesError'
  readonly code: string
  /** The HTTP status: 4xx for the sender's fault, 5xx for the service's. */
  readonly status: number
  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

//! What is sent to others: webhooks, mail, a queue.
//!
//! | feature | what is there |
//! |---|---|
//! | `webhooks` | `HttpWebhooks`, and the `Vault` of its secrets |
//! | `mail` | `PrintMailer`, and the templates of mails |
//! | `smtp` | `SmtpMailer` |
//! | `sqs` | `SqsQueue` |


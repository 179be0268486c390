//! What is taken from where, and what is refused.

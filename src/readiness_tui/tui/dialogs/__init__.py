"""Small modal questions. Each returns plain values; what they mean is decided by a service."""

"""Discount coupons."""

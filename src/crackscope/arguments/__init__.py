"""What callers give, checked: types, rules, and settings made of keyword arguments."""

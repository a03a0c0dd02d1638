"""同文意见: comments with near-identical texts, grouped as they arrive. A label, never a reason to hide one."""

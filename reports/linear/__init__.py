"""What the text classifiers of this library share: two linear stages over the clauses of a text.

The first stage judges single clauses by their characters and words; the second turns the verdicts of all clauses of a
text into probabilities. `reports.tone` and `reports.stance` decide what is judged and what the second stage weighs.

`clauses` reads a text, `stages` judges it, `files` keeps a model as a sealed JSON file, and `learning`, which alone
needs scikit-learn, makes the weights.
"""

"""What a browser asks of the patients app: fetch within scope, bind, act, answer. No view writes a row itself."""
